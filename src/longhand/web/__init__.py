"""The web page: one function that answers requests, the page that sends them, and a server that stands between.

Where what is: `requests` answers, JSON in and JSON out; `page` is the table of all files of the front-end; `server`, `pool` and `worker`
serve both by HTTP; `site` writes both into a folder, with Python in the browser.
"""
