/**
 * Prefixes under which the rules for tags know namespaces, whatever a document calls them: any of these is written with its strict and
 * its usual name (ECMA-376 parts 1 and 4, OpenDocument 1.3 part 3, Word 2003, iXBRL 1.1, AbiWord, XAML). What Microsoft adds to documents and slides is under `a`, too.
 */
const known: readonly (readonly [RegExp, string])[] = [
  [/^http:\/\/(?:schemas\.openxmlformats\.org|purl\.oclc\.org\/ooxml)\/wordprocessingml\/(?:2006\/)?main$/, 'w'],
  [/^http:\/\/schemas\.microsoft\.com\/office\/word\/2003\/wordml$/, 'w'],
  [/^http:\/\/(?:schemas\.openxmlformats\.org|purl\.oclc\.org\/ooxml)\/drawingml\/(?:2006\/)?main$/, 'a'],
  [/^http:\/\/schemas\.openxmlformats\.org\/markup-compatibility\//, 'mc'],
  [/^http:\/\/schemas\.microsoft\.com\/(?:office\/(?:word|drawing|powerpoint)|aml)\//, 'a'],
  [/^urn:oasis:names:tc:opendocument:xmlns:office:1\.0$/, 'office'],
  [/^urn:oasis:names:tc:opendocument:xmlns:text:1\.0$/, 'text'],
  [/^urn:oasis:names:tc:opendocument:xmlns:table:1\.0$/, 'table'],
  [/^urn:oasis:names:tc:opendocument:xmlns:drawing:1\.0$/, 'draw'],
  [/^http:\/\/www\.xbrl\.org\/20\d\d\/inlineXBRL$/, 'ix'],
  [/^http:\/\/www\.abisource\.com\/awml\.dtd$/, 'awml'],
  [/^http:\/\/schemas\.microsoft\.com\/winfx\/2006\/xaml\/presentation$/, 'xaml'],
]

const declarations = /\sxmlns(?::([A-Za-z_][\w.-]*))?\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const attribute = /(\s)([A-Za-z_][\w.-]*)(?=:[\w.-]+\s*=)/g
const element = /^(\/?)(?:([A-Za-z_][\w.-]*):)?(?=[A-Za-z_])/

/** The prefixes of a document. Tags are given without their brackets. */
export type KnownPrefixes = {
  /** What a tag declares; whether that changed what others mean. */
  learn(tag: string): boolean
  /** Whether attributes have prefixes that stand for others. */
  areOfAttributes(): boolean
  /** A tag with the prefixes above. */
  write(tag: string): string
}

/**
 * A prefix stands for one of these namespaces from its first declaration on: where it stands for
 * something else within, texts are put together that are two, which are searched as they are written as well.
 */
export function knownPrefixes(): KnownPrefixes {
  const names = new Map<string, string>()
  /** Of OpenDocument alone attributes are asked for by prefix. */
  let hasAttributes = false
  return {
    learn(tag) {
      let isChanged = false
      for (const [, prefix = '', double, single] of tag.matchAll(declarations)) {
        const name = known.find(([namespace]) => namespace.test(double ?? single!))?.[1]
        if (name === undefined || name === prefix || names.get(prefix) === name) continue
        names.set(prefix, name)
        hasAttributes ||= name === 'office' || name === 'table'
        isChanged = true
      }
      return isChanged
    },
    areOfAttributes: () => hasAttributes,
    write(tag) {
      if (names.size === 0) return tag
      const [start, slash, prefix = ''] = element.exec(tag) ?? []
      if (start === undefined) return tag
      const name = names.get(prefix)
      const begin = name === undefined ? start : `${slash}${name}:`
      const rest = tag.slice(start.length)
      if (!hasAttributes) return begin + rest
      return begin + rest.replace(attribute, (own, space, each) => (names.has(each) ? space + names.get(each) : own))
    },
  }
}
