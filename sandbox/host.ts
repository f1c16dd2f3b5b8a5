/** The backup host serves when the first one cannot be reached; both have one state. */
export type Host = 'primary' | 'backup';
