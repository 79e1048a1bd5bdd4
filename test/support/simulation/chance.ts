import { hash } from 'node:crypto'

/**
 * What happens by chance in one simulation. Each question has a name, and its answer follows from the seed, that name and how often it
 * was asked, so that one answer more or less elsewhere changes none of the others: that is what makes a history shrink.
 */
export type Chance = {
  /** From 0 to below 1. */
  number(name: string): number
  /** Whether something rare happens now; what happened is in `happened`. */
  rarely(name: string, probability: number): boolean
  pick<T>(name: string, from: readonly T[]): T
  happened: string[]
}

/** `only`: of the rare things these and no others. */
export function createChance(seed: string, only?: ReadonlySet<string>): Chance {
  const asked = new Map<string, number>()
  const happened: string[] = []
  const draw = (name: string) => {
    const times = asked.get(name) ?? 0
    asked.set(name, times + 1)
    const bits = Number.parseInt(hash('sha256', `${seed} ${name} ${times}`, 'hex').slice(0, 12), 16)
    return { event: `${name}#${times}`, value: bits / 2 ** 48 }
  }
  return {
    number: (name) => draw(name).value,
    rarely(name, probability) {
      const { event, value } = draw(name)
      if (value >= probability || (only && !only.has(event))) return false
      happened.push(event)
      return true
    },
    pick: (name, from) => from[Math.floor(draw(name).value * from.length)]!,
    happened,
  }
}
