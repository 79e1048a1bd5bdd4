/** What every statement admits in plain words. `shapes` and `containers` are those of the run's scan. */
export function limitationsOf({ containers }: { containers: readonly string[] }): string[] {
  return [
    'A signature proves who said what and when, not that it is true.',
    'Only the stores that are listed were looked at. Copies that a storage provider keeps internally follow its own timetable.',
    `Identifiers were looked for as maximal runs of their own characters in UTF-8 text, plain or inside ${containers.join(' and ')}, ` +
      'also right behind an escape (backslash, percent, syslog, terminal colours); in object names, user metadata and tags, between dots, hyphens and underscores as well. ' +
      'Identifiers that are themselves escaped, encoded, hashed, padded with zeros or binary were not looked for.',
    'Content in any other format is counted as unverified and never as clean.',
    'Tags of a bucket that its policy hides from the reading role for single objects only were not looked at.',
  ]
}
