/** The benchmark's other processes: this program again, each in a role of its own, asked by messages. */

import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';

/** A role that does not answer is broken: the longest question measures for a minute at most. */
const answerMsMax = 120_000;
const roleFlag = 'as-role';

/** Answers questions; both are plain JSON. Made from the settings it was started with. */
export type Role = (settings: never) => (question: never) => unknown;

interface Message {
  readonly id: number;
  readonly body: unknown;
}

/** Plays the role that the arguments ask for, until the parent is gone; false when they ask for none. */
export function playRole(roles: Readonly<Record<string, Role>>): boolean {
  const [flag, name = '', settings = ''] = process.argv.slice(2);
  if (flag !== roleFlag) return false;
  const answer = roles[name]!(JSON.parse(settings) as never);
  process.on('message', ({ id, body }: Message) => {
    void Promise.resolve(answer(body as never)).then((result) =>
      process.send?.({ id, body: result }),
    );
  });
  process.once('disconnect', () => {
    process.exit();
  });
  return true;
}

/** One such process. */
export class RoleProcess<Question, Answer> {
  readonly #child: ChildProcess;
  readonly #name: string;
  #lastId = 0;

  constructor(name: string, settings: object, options: ForkOptions = {}) {
    this.#name = name;
    const program = process.argv[1]!;
    this.#child = fork(program, [roleFlag, name, JSON.stringify(settings)], options);
    this.#child.setMaxListeners(0);
  }

  /** Throws when the process ends instead of answering. */
  ask(question: Question): Promise<Answer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#child.off('message', onMessage).off('exit', onExit);
        act();
      };
      const fail = (how: string) => () => {
        settle(() => {
          reject(new Error(`The process "${this.#name}" ${how}`));
        });
      };
      const onExit = fail('ended before it had answered');
      const timer = setTimeout(fail('does not answer'), answerMsMax);
      const onMessage = (message: Message) => {
        if (message.id !== id) return;
        settle(() => {
          resolve(message.body as Answer);
        });
      };
      this.#child.on('message', onMessage).once('exit', onExit);
      this.#child.send({ id, body: question });
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
