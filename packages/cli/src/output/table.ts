/** Rows as aligned columns; the widest cell of a column decides, colour codes do not count, the last column is not padded. */
export function formatTable(rows: readonly (readonly string[])[], gap = 2): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, visibleWidth(cell));
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell + " ".repeat(widths[column]! - visibleWidth(cell) + gap)))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

function visibleWidth(cell: string): number {
  return cell.replace(/\u001b\[[0-9;]*m/g, "").length;
}
