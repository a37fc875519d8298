/** Longest statement, in characters: Athena's own limit for a query string. */
export const STATEMENT_LENGTH_MAX = 262_144;

/** Brackets within brackets, and expressions within expressions. Generated queries of dashboards stay below 30. */
export const NESTING_MAX = 100;

/** Operands that hang on one another without brackets (`a + b + c …`); DuckDB's own limit for the depth is 1000. */
export const TOKENS_MAX = 20_000;
