import { styleText } from 'node:util'
import { visible } from './visible.ts'

/** Where a command writes. `print` is for people, `emit` for machines; with `--json` only `emit` reaches stdout. */
export type Terminal = {
  json: boolean
  print(text?: string): void
  emit(line: { kind: string } & Record<string, unknown>): void
  /** One line that is written over again and again on a terminal, and now and then elsewhere. Empty text removes it. */
  progress(text: string): void
  warn(text: string): void
}

type Stream = { write(text: string): unknown; isTTY?: boolean; columns?: number }

const everyMilliseconds = 10_000

/** `dumb`: what there is cannot go back on its line, as `TERM=dumb` says. */
export function openTerminal(options: {
  json: boolean
  stdout: Stream
  stderr: Stream
  dumb?: boolean
  now: () => number
}): Terminal {
  const { json, stdout, stderr, now } = options
  const overwrites = stderr.isTTY === true && !options.dumb
  let shown = ''
  let lastLine = now()
  const clear = () => {
    if (shown !== '' && overwrites) stderr.write('\r\u001b[K')
    shown = ''
  }
  return {
    json,
    print(text = '') {
      if (json) return
      clear()
      stdout.write(`${tame(text)}\n`)
    },
    emit(line) {
      if (!json) return
      clear()
      stdout.write(`${JSON.stringify(line)}\n`)
    },
    progress(text) {
      if (overwrites) {
        if (text === '') return clear()
        stderr.write(`\r\u001b[K${visible(text).slice(0, (stderr.columns || 80) - 1)}`)
        shown = text
      } else if (text !== '' && now() - lastLine >= everyMilliseconds) {
        lastLine = now()
        stderr.write(`${text.trim()}\n`)
      }
    },
    warn(text) {
      clear()
      stderr.write(`${tame(text)}\n`)
    },
  }
}

/** A text whose lines and colours are ours. A name of somebody else's in it passes `visible` before, which leaves it neither. */
const tame = (text: string) =>
  text
    .split(/(\n|\x1b\[\d+m)/)
    .map((part, i) => (i % 2 === 0 ? visible(part) : part))
    .join('')

export const bold = (text: string) => styleText('bold', text)
export const dim = (text: string) => styleText('dim', text)

/** Verdicts and outcomes in the colours that people expect. */
export function coloured(word: string, shown = word): string {
  const colour = {
    verified: 'green',
    clean: 'green',
    residual: 'red',
    found: 'red',
    incomplete: 'yellow',
    unverified: 'yellow',
  } as const
  return styleText(['bold', colour[word as keyof typeof colour] ?? 'reset'], shown)
}

export function formatCount(number: number): string {
  return number.toLocaleString('en-US')
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${power === 0 ? Math.round(bytes) : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

/** What a command that is shown needs to find this state directory again. */
export function stateOption(state: string): string {
  return state === defaultState ? '' : ` --state ${state}`
}

export const defaultState = '.odv'

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
