import { unescaped } from './nested-owner.ts'

/**
 * Whether text of a record names somebody of the manifest whose transfer is not confirmed, as a word or a part of one: a message, a payment or a journey of two
 * is a record of both, and one of them may have it nowhere else. Escapes are resolved.
 */
export function pendingPeople(isPending: (text: string) => boolean): (text: string) => boolean {
  return (text) => {
    const plain = unescaped(text)
    if (plain === undefined) return true
    const spaced = plain.includes('\\') ? plain.replace(/(?<!\\)\\+[bfnrt]/g, ' ') : plain
    for (const [each] of spaced.matchAll(word))
      if (isPending(each) || (sign.test(each) && partsOf(each).some(isPending))) return true
    return spaced.includes('@') && (spaced.match(address) ?? []).some(isPending)
  }
}

const word = /[A-Za-z0-9_.@%+-]{3,}/g
const sign = /[^A-Za-z0-9]/
const address = /[\w.%+!#$&'*/=?^`{|}~-]{1,254}@[A-Za-z0-9.-]+/g
const ends = /^[._+-]+|(?<![._+-])[._+-]+$/g

const partsOf = (each: string): string[] => [
  each.replace(ends, ''),
  ...each.split(/[.@%+-]/),
  ...each.split(/[.@%+_-]/),
]
