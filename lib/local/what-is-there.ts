const words: Record<string, string> = {
  ENOENT: 'nothing there',
  EACCES: 'no right to it (EACCES)',
  EPERM: 'no right to it (EPERM)',
  EISDIR: 'a directory',
  ENOTDIR: 'a file in the place of a directory',
  EEXIST: 'one that is there',
  EROFS: 'a file system that may only be read',
}

/** What a failed call on a path says about it, behind `got`; the system's own code where we have no words for it. */
export function whatIsThere({ code = 'an error' }: { code?: string | undefined }): string {
  return words[code] ?? code
}
