/** An object whose members are made when they are first asked for, once. */
export function lazily<T extends object>(make: { [K in keyof T]: () => T[K] }): T {
  const made = {} as T
  for (const name of Object.keys(make) as (keyof T)[])
    Object.defineProperty(made, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = make[name]()
        Object.defineProperty(made, name, { value, enumerable: true })
        return value
      },
    })
  return made
}
