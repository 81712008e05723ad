/** What a platform is told. */
export interface Answer {
  status: number;
  content_type: string;
  body: string;
}
