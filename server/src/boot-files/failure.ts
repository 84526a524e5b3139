// What cannot be carried out: one line for the user.

export class Failure extends Error {}
