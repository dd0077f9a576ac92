/** A jest reporter that writes how many tests passed and failed to the file that JEST_TOTALS names; for .ci/run. */
import { writeFileSync } from 'node:fs';

export default class TotalsReporter {
  onRunComplete(_, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results;
    const totals = { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites };
    writeFileSync(process.env['JEST_TOTALS'], JSON.stringify(totals));
  }
}
