/** What jq calls an error: the query has no answer for this record. */
export class QueryError extends Error {}
