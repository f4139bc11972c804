/** A reporter that adds the one plain line any runner can count: `N passed, N failed`. */
export default async function* closingLine(events) {
  const counts = { passed: 0, failed: 0 };
  for await (const { type } of events) {
    if (type === 'test:pass') counts.passed += 1;
    if (type === 'test:fail') counts.failed += 1;
  }
  yield `\n${counts.passed} passed, ${counts.failed} failed\n`;
}
