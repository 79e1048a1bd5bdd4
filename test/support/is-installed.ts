import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Whether a program is there, by its path or on the PATH; it is not run, which takes some of them half a second. */
export function isInstalled(program: string): boolean {
  const places = (process.env.PATH ?? '').split(delimiter)
  return (program.includes('/') ? [program] : places.map((place) => join(place, program))).some(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
