/** Reads the simplest of Codex's questions from its screen. */

export function readQuestion(rows: readonly string[]) {
  const at = rows.findIndex((row) =>
    /^\s*(?:Would you like|Do you (?:want|trust)|Trust this)/.test(row),
  );
  if (at < 0) return undefined;
  const text = rows.slice(at).map((row) => row.trim());
  const choices = text.flatMap((row) => {
    const found = /^(› )?(\d)\. (.*?)(?: \((\w+)\))?$/.exec(row);
    if (!found) return [];
    return [
      {
        number: Number(found[2]),
        label: found[3] ?? '',
        key: found[4] ?? null,
        selected: found[1] !== undefined,
      },
    ];
  });
  const command = text.find((row) => row.startsWith('$ '))?.slice(2) ?? null;
  return {
    kind: 'command' as const,
    title: text[0] ?? '',
    command,
    reason: null,
    choices,
    text: text.filter((row) => row !== '' && !row.startsWith('Press')),
    digest: text.map((row) => row.replace(/^› /, '')).join('\n'),
  };
}
