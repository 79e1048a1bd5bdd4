import { addStop, type Decoding } from './decoding.ts'
import type { Content } from './format.ts'

/**
 * Reads one member of an archive, whose `source` ends where the member ends. What stops its decoding is a gap of this member
 * alone, and the rest of it is consumed, so that the next one can be read; beyond a limit of the whole object nothing is.
 */
export async function decodeMember(member: Content, decoding: Decoding): Promise<void> {
  try {
    await decoding.decode(member)
  } catch (error) {
    addStopOfMember(error, decoding)
    try {
      while ((await member.source.take()) !== undefined);
    } catch (again) {
      // A source that has failed says so again.
      if (again !== error) addStopOfMember(again, decoding)
    }
  }
}

function addStopOfMember(error: unknown, decoding: Decoding): void {
  if (decoding.exhausted) throw error
  addStop(decoding, error)
}
