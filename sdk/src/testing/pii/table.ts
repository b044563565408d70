/** The page's table of how exactly personal data is found. */
import { precisionOf, recallOf, type Score } from './measure.js';

export function accuracyTable(scores: readonly Score[]): string {
  const rows = scores.map((score) => [
    score.name,
    String(score.places),
    shown(precisionOf(score)),
    shown(recallOf(score)),
  ]);
  return [['type', 'places', 'precision', 'recall'], ['---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Never better than it is. */
function shown(share: number): string {
  return (Math.floor(share * 1_000) / 1_000).toFixed(3);
}

const marks = /(<!-- accuracy -->\n)[\s\S]*(\n<!-- \/accuracy -->)/;

/** The page with the table in its place. */
export function withTable(page: string, scores: readonly Score[]): string {
  return page.replace(marks, (_whole, before: string, after: string) => `${before}${accuracyTable(scores)}${after}`);
}
