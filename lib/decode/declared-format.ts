/** Formats that nothing in their bytes tells; they are read where a configuration declares them. */
export const declaredFormatNames = ['brotli', 'deflate'] as const

export type DeclaredFormat = (typeof declaredFormatNames)[number]
