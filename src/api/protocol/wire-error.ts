/**
 * A failure as the wire tells it: code, HTTP status, message, and for a few codes further members. Operations throw it for
 * what the client did; `error-mapping.ts` makes it from what went wrong inside. Its message is written for the client.
 */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  readonly status: number;
  /** Further members of the body, such as the `code` of InvalidKMSResourceException. */
  readonly members: Readonly<Record<string, string>>;

  constructor(
    code: WireErrorCode,
    message: string,
    options: ErrorOptions & { readonly members?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = WIRE_ERROR_STATUS[code];
    this.members = options.members ?? {};
  }
}

/** Every error code that any wire knows, with its HTTP status (reference 1.6; authentication errors as AWS sends them). */
export const WIRE_ERROR_STATUS = {
  AccessDeniedException: 400,
  AlreadyExistsException: 400,
  ConcurrentModificationException: 400,
  CrawlerNotRunningException: 400,
  CrawlerRunningException: 400,
  EntityNotFoundException: 400,
  ExpiredTokenException: 400,
  IncompleteSignatureException: 400,
  InternalFailure: 500,
  InvalidArgumentException: 400,
  InvalidInputException: 400,
  InvalidKMSResourceException: 400,
  InvalidNextToken: 400,
  InvalidParameterCombinationException: 400,
  InvalidParameterValueException: 400,
  InvalidRequestException: 400,
  InvalidSignatureException: 400,
  InvalidSourceException: 400,
  LimitExceededException: 400,
  MetadataException: 400,
  MissingAuthenticationTokenException: 400,
  MissingRequiredParameterException: 400,
  NoScheduleException: 400,
  RequestEntityTooLargeException: 413,
  RequestTimeoutException: 408,
  ResourceInUseException: 400,
  ResourceNotFoundException: 400,
  ResourceNumberLimitExceededException: 400,
  SchedulerNotRunningException: 400,
  SchedulerRunningException: 400,
  SerializationException: 400,
  // Modelled as a server fault without a status of its own; plain HTTP ingest says 503.
  ServiceUnavailableException: 500,
  ThrottlingException: 400,
  TooManyRequestsException: 400,
  UnknownOperationException: 400,
  UnrecognizedClientException: 400,
  UnsupportedContentEncodingException: 415,
  UnsupportedMediaTypeException: 415,
  ValidationException: 400,
} as const;

export type WireErrorCode = keyof typeof WIRE_ERROR_STATUS;
