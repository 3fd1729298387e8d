/** A picture for the tests, which look at what is made of it. */
export interface Picture {
  name: string
  /** Its media type. */
  type: string
  base64: string
  /** As it is seen: of a picture that its EXIF turns, after turning. */
  width: number
  height: number
  /** The colours of its quarters, as they are seen, row by row, with alpha. */
  quarters: readonly (readonly number[])[]
  /** How far a stored colour may be off. */
  tolerance: number
}

/** Every kind of picture there is, and what only looks like one: the same bytes at every run. */
export interface Corpus {
  pictures: Picture[]
  hostile: HostilePicture[]
}

/** What an attacker sends for a picture. */
export interface HostilePicture {
  name: string
  base64: string
  /** Refused before the decoder has seen it, refused by then at the latest, or a picture of which a clean one is made. */
  fate: 'refused at sight' | 'refused' | 'cleaned' | 'refused or cleaned'
}

/** What the picture that carries metadata says in them, in this order: none may be found in what is stored. */
export const SECRETS = ['secret-exif', 'secret-xmp', 'secret-comment', 'secret-text', 'secret-chunk'] as const
