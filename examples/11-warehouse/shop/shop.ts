import { Draw } from "../../../src/generators/draw.ts";
import { seededRandom } from "../../../src/std/random.ts";

/** A made-up shop, the same in every run: what its database holds, and what its services tell. */

export interface Customer {
  readonly id: number;
  readonly name: string;
  readonly country: string;
}

export interface Product {
  readonly id: number;
  readonly category: string;
  readonly description: string;
}

export interface ShopEvent {
  readonly event_id: string;
  readonly happened_at: string;
  readonly kind: "view" | "cart" | "order";
  readonly customer_id: number;
  readonly product_id: number;
  /** Of an order. */
  readonly amount?: number;
}

const COUNTRIES = ["AT", "CH", "DE", "FR", "IT"] as const;
const CATEGORIES = ["books", "garden", "toys"] as const;

const draw = new Draw(seededRandom(11));

export const CUSTOMERS: readonly Customer[] = Array.from({ length: 200 }, (_, index) => ({
  id: index + 1,
  name: `Customer ${index + 1}`,
  country: draw.pick(COUNTRIES),
}));

/** Free text as people write it: commas, quotes and line breaks. */
export const PRODUCTS: readonly Product[] = Array.from({ length: 40 }, (_, index) => ({
  id: index + 1,
  category: draw.pick(CATEGORIES),
  description: `Number ${index + 1}, "new"\nfits in every bag`,
}));

/** Midnight in Zurich, at the beginning of the first of three days. */
const FIRST_DAY_MS = Date.parse("2020-01-20T00:00:00+01:00");
const DAY_MS = 86_400_000;
export const DAYS = ["2020-01-20", "2020-01-21", "2020-01-22"] as const;

/** Events of the three days, in the order in which they happened. */
export function shopEvents(count: number): ShopEvent[] {
  const stepMs = (DAYS.length * DAY_MS) / count;
  return Array.from({ length: count }, (_, index) => {
    const chance = draw.whole(1, 10);
    const kind = chance === 1 ? "order" : chance < 4 ? "cart" : "view";
    return {
      event_id: draw.uuid(),
      happened_at: new Date(FIRST_DAY_MS + Math.floor(index * stepMs)).toISOString(),
      kind,
      customer_id: draw.whole(1, CUSTOMERS.length),
      product_id: draw.whole(1, PRODUCTS.length),
      ...(kind === "order" && { amount: draw.decimal(5, 200, 2) }),
    };
  });
}

/** What a warehouse counts of the products: an item of DynamoDB each time. */
export function stockCounts(count: number): StockCount[] {
  return Array.from({ length: count }, (_, index) => {
    const pieces = draw.whole(0, 500);
    const keys = { product_id: { N: String((index % PRODUCTS.length) + 1) }, warehouse: { S: "Chiasso" } };
    return { pieces, keys, item: { ...keys, pieces: { N: String(pieces) } } };
  });
}

export interface StockCount {
  readonly pieces: number;
  readonly keys: Record<string, { N: string } | { S: string }>;
  readonly item: Record<string, { N: string } | { S: string }>;
}

/** What the stream of the table would tell, where there is no DynamoDB: a product is new once, then it changes. */
export function stockChange({ keys, item }: StockCount, index: number): object {
  return {
    eventID: `change-${index}`,
    eventName: index < PRODUCTS.length ? "INSERT" : "MODIFY",
    eventSource: "aws:dynamodb",
    dynamodb: {
      ApproximateCreationDateTime: FIRST_DAY_MS / 1000 + index,
      Keys: keys,
      NewImage: item,
      SequenceNumber: String(index).padStart(21, "0"),
    },
  };
}

/** What was sold, from the events alone: `country,category,day` with the number of orders and their sum in cents. */
export function salesOf(events: readonly ShopEvent[]): ReadonlyMap<string, { orders: number; cents: number }> {
  const sales = new Map<string, { orders: number; cents: number }>();
  for (const { happened_at, kind, customer_id, product_id, amount = 0 } of events) {
    if (kind !== "order") continue;
    const day = DAYS[Math.floor((Date.parse(happened_at) - FIRST_DAY_MS) / DAY_MS)];
    const key = `${CUSTOMERS[customer_id - 1]?.country},${PRODUCTS[product_id - 1]?.category},${day}`;
    const { orders, cents } = sales.get(key) ?? { orders: 0, cents: 0 };
    sales.set(key, { orders: orders + 1, cents: cents + Math.round(amount * 100) });
  }
  return sales;
}
