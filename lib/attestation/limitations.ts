/**
 * What every statement admits in plain words. `containers` are those of the run's scan, `forms` says in words in which
 * forms beside plain text identifiers were looked for, and `left` in which that are known they were not.
 */
export function limitationsOf({
  containers,
  forms,
  left,
}: {
  containers: readonly string[]
  forms: readonly string[]
  left: readonly string[]
}): string[] {
  return [
    'A signature proves who said what and when, not that it is true.',
    'Only the stores that are listed were looked at. Copies that a storage provider keeps internally follow its own timetable.',
    `Identifiers were looked for as maximal runs of their own characters in UTF-8 text, plain or inside ${containers.join(' and ')}, ` +
      'also right behind an escape (backslash, percent, syslog, terminal colours); in object names, user metadata and tags, between dots, hyphens and underscores as well. ' +
      (forms.length > 0
        ? `Those that are ${forms.join('; ')} were looked for in content, also one of these inside of another. `
        : '') +
      (left.length > 0 ? `Those that are ${left.join('; ')} were not looked for. ` : '') +
      'Identifiers in any other form (hashed, binary, encrypted, in another encoding, or encoded more than twice) were not looked for.',
    'Content in any other format is counted as unverified and never as clean.',
    'Tags of a bucket that its policy hides from the reading role for single objects only were not looked at.',
  ]
}
