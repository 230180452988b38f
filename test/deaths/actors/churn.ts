/** Sessions that are started and killed all the time; each command may fail, but only with a sentence. */
import { quietProgram } from '../programs.ts';
import type { Scene } from '../scene.ts';

const AT_ONCE = 2;
const NAMES = 4;

export class Churn {
  readonly #scene: Scene;
  readonly #program: string;
  readonly #loops: Promise<void>[];
  #stopped = false;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#program = quietProgram(scene.rig);
    this.#loops = Array.from({ length: AT_ONCE }, (_, index) => this.#loop(index * NAMES));
    // Told by `stop`.
    for (const loop of this.#loops) loop.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async killAll(): Promise<void> {
    const left = (await this.#scene.rig.list()).filter(({ fullName }) =>
      this.#scene.passing.test(fullName),
    );
    if (left.length > 0) await this.#scene.rig.ok(['kill', '-y', ...left.map(({ name }) => name)]);
  }

  async #loop(from: number): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      const name = `churn${from + (n % NAMES)}`;
      await this.#command(['start', '--no-wait', '-d', name]);
      await this.#command(['kill', '-y', name]);
    }
  }

  async #command(args: readonly string[]): Promise<void> {
    const env = { CODEX_SESSIONS_CODEX: this.#program };
    const { exitCode, stderr } = await this.#scene.rig.run(args, { env });
    if (exitCode !== 0 && stderr.trimEnd().split('\n').length !== 2)
      throw new Error(`${args.join(' ')} exited with ${exitCode}:\n${stderr}`);
  }
}
