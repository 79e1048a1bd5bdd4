/**
 * Words that programs name fields, columns, tables and sheets with. A name is content: of a field that stands for a person it may be the
 * person's. One that is made of these words alone tells whoever reads evidence what a field is for, and of nobody who they are.
 */
const words = new Set(
  (
    'about access account accounts action actions active activity actor address addresses admin age agent amount app apps archive ' +
    'array article assets attributes audit author authors avatar backup balance bank base batch billing bio birth birthday blob ' +
    'block blocked body bucket buyer by campaign card cart category cell channel chat check city class click client clients code ' +
    'column comment comments company config contact contacts content context conversation cookie count country course created ' +
    'creator currency customer customers data database date day deleted delivery description destination detail details device ' +
    'devices display document documents domain dump duration edited element email emails employee employees end entity entries ' +
    'entry error event events expires export external feed feedback field fields file files first flags follower followers ' +
    'following following followed form format friend friends from full gender geo given group groups guest handle hash header ' +
    'headers history home host id identifier identifiers identity ids image images inbox index info input installation interest ' +
    'internal invite invitee inviter invoice ip is item items job key keys kind label labels language last lat latitude level like liked ' +
    'likes line lines link list live locale location log login logs lon longitude mail mailbox manager map media member members ' +
    'mention mentions message messages meta metadata method middle mobile model modified month name names nested new nick nickname ' +
    'node note notes notification number object objects old operator order orders organization origin output owner owners page ' +
    'parent participant participants partner partition path payload payment payments people permission person phone photo picture ' +
    'place player plan policy post postal posts preferences price primary private product products profile profiles property ' +
    'provider public purchase query queue raw reaction receiver recipient recipients record records ref reference region ' +
    'registration relation reply report request response result results reviewer role roles row rows sale sales schema score ' +
    'screen search seller sender sent sequence server service session sessions settings sex share sheet shipping shop sign signup ' +
    'size social source start state status store street string subject subscriber subscription subscriptions summary supplier ' +
    'surname system table tables tag tagged tags target team tenant test text thread ticket time timestamp title to token tokens ' +
    'topic total trace track transaction transactions transfer type types unique update updated uploader uri url user username ' +
    'users uuid uid guid value values vendor version video videos view viewer views visit visitor visitors watch web year zip zone'
  ).split(' '),
)

const longestName = 48
const mostWords = 4
/** Words behind each other in one of the usual ways: `user_id`, `user-id`, `userId`, `UserID`, `USER_ID`. */
const parts = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g

export function isFieldName(name: string): boolean {
  if (name.length > longestName || !/^[A-Za-z]+(?:[_-][A-Za-z]+)*$/.test(name)) return false
  const found = name.match(parts) ?? []
  return found.length <= mostWords && found.every((part) => words.has(part.toLowerCase()))
}

/** A name with every word of it that is one of these exchanged. */
export function replaceFieldWords(text: string, replace: (word: string) => string): string {
  return text.replace(parts, (part) => (words.has(part.toLowerCase()) ? replace(part) : part))
}
