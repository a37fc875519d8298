/** The answer of `GET /api/stream-health`, as far as the console looks at it. */
export interface StreamHealthList {
  readonly at: number;
  readonly streams: readonly StreamState[];
}

export interface StreamState {
  readonly name: string;
  readonly status: string;
  readonly health?: StreamHealth;
  /** Why nobody can say how it does. */
  readonly unavailable?: string;
}

export interface StreamHealth {
  readonly log: {
    readonly bytes: number;
    readonly start: number;
    readonly end: number;
    readonly pendingAppends: number;
  };
  readonly budgetBytes: number;
  readonly accepted: number;
  readonly deliveries: readonly DeliveryState[];
  readonly balance: readonly DeliveryBalance[];
}

export interface DeliveryState {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly openAccumulators: number;
  readonly openParcels: number;
  readonly spilledBytes: number;
  readonly oldestPendingMs?: number;
  readonly lastError?: { readonly code: string; readonly message: string; readonly at: number };
}

export interface DeliveryBalance {
  readonly id: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly errored: number;
  readonly dropped: number;
  readonly pending: number;
  readonly balanced: boolean;
}
