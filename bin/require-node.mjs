// Says in one sentence what is missing when an older Node runs us; a stack trace about ".ts" would not.
// Plain JavaScript on purpose: this file has to parse on every Node that somebody may have.
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    `Lakehose needs Node 24 or newer and this is ${process.versions.node}: run "npm ci" in the checkout (it brings Node 24 along) and start through npm, or install Node 24.\n`,
  );
  process.exit(1);
}
