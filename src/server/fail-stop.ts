/** EX_IOERR of sysexits.h: supervisors see that it was the disk. */
const EXIT_CODE = 74;

/**
 * Ends the process at once, without an answer to anybody (rule H21): whether the last records are on disk cannot be said,
 * and producers that hear nothing repeat the call under its id. The next start reads what is really there, keeps it, and
 * answers the repetition from it. A stop as it should be would answer, so there is none.
 */
export function failStop(error: Error): never {
  process.stderr.write(`lakehose stops: ${error.message}\nCheck the disk, then start it again.\n`);
  process.exit(EXIT_CODE);
}
