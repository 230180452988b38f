/** The pictures of the documents still show what the program does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { takePictures } from '../pictures/scenes.ts';
import { repository } from '../support/repository.ts';
import { textOfSvg } from '../support/terminal/svg-text.ts';

/** Frame by frame, without what differs each time; Codex learns late how fast it is. */
function shown(svg: string): string[] {
  return textOfSvg(svg).map((text) =>
    text.replace(/<?\b\d+[smh](?: \d+[smh])*\b/g, 'AGE').replace(/(GPT\S+ default) fast/g, '$1'),
  );
}

test('the pictures of the documents, taken anew, show the same', async () => {
  const pictures = await takePictures(onTestFinished);
  for (const [name, svg] of Object.entries(pictures)) {
    const file = `docs/pictures/${name}.svg`;
    const kept = shown(readFileSync(join(repository, file), 'utf8'));
    expect(kept.join('').length, file).toBeGreaterThan(100);
    const advice = `${file} is not what the program shows now; look, then: npm run pictures`;
    expect(shown(svg), advice).toEqual(kept);
  }
});
