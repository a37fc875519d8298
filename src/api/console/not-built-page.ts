/** What `/` says in a checkout in which nobody built the console. Without style and script: the policy allows neither in a page. */
export const NOT_BUILT_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Lakehose</title></head>
<body>
<h1>Lakehose is running</h1>
<p>The console has not been built yet. In the checkout, run:</p>
<pre>npm ci</pre>
<p>or, where the packages are there already, <code>npm run build:console</code>. Then load this page again; the server may go on running.</p>
<p>The command line does everything that the console does: <code>npm run lakehose -- --help</code>.</p>
</body>
</html>
`;
