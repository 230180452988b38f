/** What a picture of `screen-svg.ts` shows, as text, to compare pictures with each other. */

/** @returns for each frame its lines, without the room between words and without empty lines */
export function textOfSvg(svg: string): string[] {
  const lines = new Map(
    [...svg.matchAll(/^<g id="(l\d+)">(.*)<\/g>$/gm)].map(([, id = '', drawn = '']) => [
      id,
      wordsOf(drawn),
    ]),
  );
  return [...svg.matchAll(/^<g transform="[^"]*">(.*)<\/g>$/gm)].map(([, uses = '']) =>
    [...uses.matchAll(/<use href="#(l\d+)"/g)]
      .map(([, id = '']) => lines.get(id) ?? '')
      .filter((line) => line !== '')
      .join('\n'),
  );
}

function wordsOf(drawn: string): string {
  return [...drawn.matchAll(/<text [^>]*>([^<]*)<\/text>/g)]
    .map(([, text = '']) => text)
    .join(' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}
