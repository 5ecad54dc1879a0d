"""Documents: the one reader of JSON, and the one checker of what it says.

`json_text` reads text strictly. `shapes` says what a document may look like and
everything that is wrong with one, each problem with its field, the value, the
rule and a value that works. `problem_json` says problems as JSON. Files,
requests, control calls and stored records all use these.
"""
