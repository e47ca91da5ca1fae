//! How a plain scalar is read, and when one may be written.
