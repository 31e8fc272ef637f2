/** What the HTML of a message begins with. */
export const firstHtml = (unsubscribe: string) => `<!doctype html>
<html>
  <body>
    <p></p>
    <p><a href="{{ unsubscribe_url }}">${unsubscribe}</a></p>
  </body>
</html>
`;
