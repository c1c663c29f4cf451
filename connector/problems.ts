/** Several problems in one message, so that a user mends all of them in one go. */

/** The one problem itself, or a heading that counts them and a line for each. Problems end without a full stop. */
export function listProblems(
  problems: readonly string[],
  heading: (count: number) => string,
): string {
  const [first = '', ...others] = problems;
  if (others.length === 0) return first;
  return [heading(problems.length), ...problems.map((problem) => `- ${problem}`)].join('\n');
}
