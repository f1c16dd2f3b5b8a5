// CI reads the result from one plain line, the last one; jest's own summary is for people and comes just before.
export default class PlainSummary {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed`;
    process.once('exit', () =>
      process.stdout.write(`${skipped > 0 ? `${line}, ${skipped} skipped` : line}\n`),
    );
  }
}
