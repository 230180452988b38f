/** `npm run pictures`: makes the pictures of the documents anew. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/repository.ts';
import { takePictures } from './scenes.ts';

const directory = join(repository, 'docs', 'pictures');
const ends: (() => void | Promise<void>)[] = [];
try {
  const pictures = await takePictures((undo) => ends.unshift(undo));
  mkdirSync(directory, { recursive: true });
  for (const [name, svg] of Object.entries(pictures)) {
    writeFileSync(join(directory, `${name}.svg`), svg);
    console.log(`docs/pictures/${name}.svg: ${(svg.length / 1000).toFixed(1)} kB`);
  }
} finally {
  for (const end of ends) await end();
}
process.exit(0);
