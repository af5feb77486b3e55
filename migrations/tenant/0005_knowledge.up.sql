-- Knowledge: documents, their passages, the passages' embeddings (1536 wide), and what a search scored.

CREATE TABLE {{schema}}.documents (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  title varchar(255) NOT NULL,
  content text NOT NULL,
  document_type varchar(50),
  source_url varchar(500),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE INDEX documents_title_id_idx ON {{schema}}.documents (title, id);
CREATE INDEX documents_created_by_idx ON {{schema}}.documents (created_by);
CREATE INDEX documents_updated_by_idx ON {{schema}}.documents (updated_by);

CREATE TABLE {{schema}}.chunks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  document_id uuid REFERENCES {{schema}}.documents (id) ON DELETE CASCADE,
  content text NOT NULL,
  chunk_index integer NOT NULL CHECK (chunk_index >= 0),
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz
);
CREATE UNIQUE INDEX chunks_place_key ON {{schema}}.chunks (document_id, chunk_index) WHERE archived_at IS NULL;
CREATE INDEX chunks_document_id_idx ON {{schema}}.chunks (document_id);
CREATE INDEX chunks_created_by_idx ON {{schema}}.chunks (created_by);
CREATE INDEX chunks_updated_by_idx ON {{schema}}.chunks (updated_by);

CREATE TABLE {{schema}}.embeddings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  document_id uuid REFERENCES {{schema}}.documents (id) ON DELETE CASCADE,
  embedding vector(1536),
  content_hash varchar(64) UNIQUE,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  chunk_id uuid REFERENCES {{schema}}.chunks (id) ON DELETE CASCADE
);
CREATE INDEX embeddings_embedding_idx ON {{schema}}.embeddings USING hnsw (embedding vector_cosine_ops);
CREATE INDEX embeddings_document_id_idx ON {{schema}}.embeddings (document_id);
CREATE INDEX embeddings_chunk_id_idx ON {{schema}}.embeddings (chunk_id);
CREATE INDEX embeddings_created_by_idx ON {{schema}}.embeddings (created_by);
CREATE INDEX embeddings_updated_by_idx ON {{schema}}.embeddings (updated_by);

CREATE TABLE {{schema}}.similarity_scores (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL DEFAULT '{{tenant_id}}' CHECK (tenant_id = '{{tenant_id}}'::uuid),
  query_id uuid,
  document_id uuid REFERENCES {{schema}}.documents (id),
  score double precision NOT NULL,
  created_by uuid REFERENCES public.users (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  updated_by uuid REFERENCES public.users (id),
  row_version integer NOT NULL DEFAULT 1 CHECK (row_version > 0),
  archived_at timestamptz,
  -- additions to the ERD
  embedding_id uuid REFERENCES {{schema}}.embeddings (id) ON DELETE CASCADE
);
CREATE INDEX similarity_scores_query_id_score_idx ON {{schema}}.similarity_scores (query_id, score DESC);
CREATE INDEX similarity_scores_document_id_idx ON {{schema}}.similarity_scores (document_id);
CREATE INDEX similarity_scores_embedding_id_idx ON {{schema}}.similarity_scores (embedding_id);
CREATE INDEX similarity_scores_created_by_idx ON {{schema}}.similarity_scores (created_by);
CREATE INDEX similarity_scores_updated_by_idx ON {{schema}}.similarity_scores (updated_by);
