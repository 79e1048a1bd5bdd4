import { spawnSync } from 'node:child_process'

export const hasRipgrep = () => spawnSync('rg', ['--version']).status === 0

/** Seconds of CPU time that `rg -F -f` takes for the identifiers of a list on one core. Undefined: it did not end within two minutes. */
export function timeRipgrep(list: string, text: string): number | undefined {
  const script = 'timeout 120 rg -F -a -c -j 1 -f "$1" "$2" >/dev/null; code=$?; times; exit $code'
  const { stdout, status } = spawnSync('sh', ['-c', script, 'sh', list, text], { encoding: 'utf8' })
  if (status === 124) return undefined
  // 1: it found nothing.
  if (status !== 0 && status !== 1) throw new Error(`rg: expected it to search, got exit code ${status}`)
  const spent = [...stdout.split('\n')[1]!.matchAll(/([0-9]+)m([0-9.]+)s/g)]
  return spent.reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
}
