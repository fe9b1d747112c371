/** A statement takes 65,535 values, and no table written so has more than twenty columns. */
const MOST_ROWS = 3_000;

/** Writes rows in as many statements as they need, one after the other; answers what all of them answered. */
export async function inParts<Row, Answer>(
  rows: readonly Row[],
  write: (some: Row[]) => PromiseLike<Answer[]>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < rows.length; at += MOST_ROWS) answers.push(...(await write(rows.slice(at, at + MOST_ROWS))));
  return answers;
}
