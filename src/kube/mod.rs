//! What Kubernetes itself knows: names and quantities that can only hold good values, objects, kinds and their schemas.

mod bucket_name;
mod builtin;
mod custom;
mod day;
mod duration;
mod endpoint;
mod format;
mod host;
mod image;
mod label;
mod name;
mod object;
mod parsed;
mod quantity;
mod quoted;
mod rules;
mod schema;
mod stored;

pub use bucket_name::BucketName;
pub use builtin::{builtin_schema, kinds_of_group, object_schema};
pub use custom::{Scope, scope};
pub use day::Day;
pub use duration::Duration;
pub use endpoint::{Cidr, Endpoint, HostAndPort, Url};
pub use format::{FORMATS, Format, format};
pub use host::Host;
pub use image::Image;
pub use label::{LabelKey, LabelValue};
pub use name::{Name, PathName, Subdomain};
pub use object::{Object, ObjectId};
pub use parsed::{Grammar, Parsed};
pub use quantity::Quantity;
pub(crate) use quoted::quoted;
pub use rules::RULES;
pub use schema::{resource_schema_of, schema_of};
pub use stored::stored;
