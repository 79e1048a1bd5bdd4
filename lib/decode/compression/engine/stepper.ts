/** `isFull`: there may be more output of the same input. */
export type Step = { produced: number; rest: Uint8Array; isFull: boolean }

/** Decodes what is in `input` until that is used up or `output` is full. `isEnd`: nothing comes after `input`. */
export type Stepper = {
  begin(): void
  /** Writes from `at` on. */
  step(input: Uint8Array, isEnd: boolean, output: Uint8Array, at: number): Step
  /** The same in another thread, from the beginning of `output`. Nothing else may be asked meanwhile, and neither may `input` change. */
  ahead(input: Uint8Array, isEnd: boolean, output: Uint8Array): Promise<Step>
  close(): void
}

export const nothing = new Uint8Array(0)

export const isOfDecoder = (error: unknown): boolean => error instanceof Error && 'code' in error
