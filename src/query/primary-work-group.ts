/** The work group that is always there, and whose statements are meant where nobody names another. */
export const PRIMARY = "primary";
