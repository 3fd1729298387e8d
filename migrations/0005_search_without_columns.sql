-- The index anew, by what a token begins with instead of by column. So a token's list of projects is their ids and
-- nothing else, and the index a third of its size. Code from before asks by column, which this index refuses.
--
-- A facet begins with eleven U+E000, and a word of the title is there again behind a U+E001, for `relevance`. Both are part of
-- a token to the tokenizer, no word of a search has them, and none is let in from a text. They are as many as the
-- longest prefix, so that all facets share their entries in the prefix indexes.
DROP TABLE projects_search;
--> statement-breakpoint
DROP VIEW project_documents;
--> statement-breakpoint

-- As before, a facet is a letter for its kind, the value (in hex if it is a text), and a final x, which no stemmer takes
-- off. SQL does not know what is a letter, so the words of the title are what stands between common separators: a word
-- behind a rare one ranks as a word of the description.
CREATE VIEW project_documents AS
SELECT id,
  replace(replace(title, char(57344), ' '), char(57345), ' ')
    || ' ' || char(57345) || replace(title_words, ' ', ' ' || char(57345)) AS title,
  replace(replace(description, char(57344), ' '), char(57345), ' ') AS description,
  char(57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344) || replace(
    's' || hex(status) || 'x o' || is_open || 'x u' || owner_id || 'x'
      || coalesce((SELECT group_concat(' t' || hex(value ->> 0) || 'x', '') FROM json_each(tech_stack)), '')
      || coalesce((SELECT group_concat(' r' || hex(value ->> 0) || 'x', '') FROM json_each(roles_needed)), '')
      || coalesce((SELECT group_concat(' c' || requester_id || 'x', '') FROM collaboration_requests
                   WHERE project_id = projects.id AND collaboration_requests.status = 'accepted'), ''),
    ' ', ' ' || char(57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344, 57344)) AS facets
FROM (SELECT *,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(title,
      char(9), ' '), char(10), ' '), '!', ' '), '"', ' '), '#', ' '), '$', ' '), '%', ' '), '&', ' '), '''', ' '),
      '(', ' '), ')', ' '), '*', ' '), '+', ' '), ',', ' '), '-', ' '), '.', ' '), '/', ' '), ':', ' '), ';', ' '),
      '<', ' '), '=', ' '), '>', ' '), '?', ' '), '@', ' '), '[', ' '), '\', ' '), ']', ' '), '^', ' '), '_', ' '),
      '`', ' '), '{', ' '), '|', ' '), '}', ' '), '~', ' '), char(160), ' '), char(12288), ' '), '–', ' '), '—', ' '),
      '…', ' '), '·', ' '), '•', ' '), '‘', ' '), '’', ' '), '‚', ' '), '“', ' '), '”', ' '), '„', ' '), '‹', ' '),
      '›', ' '), '«', ' '), '»', ' '), '¡', ' '), '¿', ' '), '、', ' '), '。', ' '), '・', ' '), '「', ' '), '」', ' '),
      '『', ' '), '』', ' '), '（', ' '), '）', ' '), '：', ' '), '；', ' '), '，', ' '), '！', ' '), '？', ' '), '／', ' '),
      char(57344), ' '), char(57345), ' ') AS title_words
  FROM projects) AS projects;
--> statement-breakpoint

CREATE VIRTUAL TABLE projects_search USING fts5(
  title, description, facets,
  content = '', contentless_delete = 1, detail = 'none',
  prefix = '1 2 3 4 5 6 7 8 9 10 11',
  tokenize = 'porter unicode61 remove_diacritics 2'
);
--> statement-breakpoint
INSERT INTO projects_search (rowid, title, description, facets) SELECT id, title, description, facets FROM project_documents;
