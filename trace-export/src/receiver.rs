//! From an endpoint to the exporter that reaches it, as far as this build can.

use mooncake_trace::Exporter;

use crate::init::InitError;
use crate::model::Resource;

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) use network::{OtlpBuilder, build, open};
#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
pub(crate) use nothing::open;

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod network {
    use super::{Exporter, InitError, Resource};
    pub(crate) use crate::otlp::OtlpBuilder;
    use crate::otlp::OtlpConfigError;

    /// An exporter to `endpoint`; without one, to where the environment says if it is to be asked, else to this host.
    pub(crate) fn open(
        endpoint: Option<String>,
        environment: bool,
        resource: &Resource,
    ) -> Result<Box<dyn Exporter>, InitError> {
        let builder = if environment {
            OtlpBuilder::from_env().map_err(refused)?
        } else {
            OtlpBuilder::default()
        };
        build(
            match endpoint {
                Some(endpoint) => builder.endpoint(endpoint),
                None => builder,
            },
            resource,
        )
    }

    pub(crate) fn build(
        builder: OtlpBuilder,
        resource: &Resource,
    ) -> Result<Box<dyn Exporter>, InitError> {
        let exporter = builder.resource(resource.clone()).build();
        Ok(Box::new(exporter.map_err(refused)?))
    }

    fn refused(error: OtlpConfigError) -> InitError {
        InitError::Endpoint(error.to_string())
    }
}

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
mod nothing {
    use super::{Exporter, InitError, Resource};
    use crate::config::DEFAULT_ENDPOINT;

    pub(crate) fn open(
        endpoint: Option<String>,
        _environment: bool,
        _resource: &Resource,
    ) -> Result<Box<dyn Exporter>, InitError> {
        let endpoint = endpoint.as_deref().unwrap_or(DEFAULT_ENDPOINT);
        Err(InitError::Endpoint(format!(
            "cannot send traces to {endpoint:?}: this program was built without the features `otlp-grpc` and `otlp-http` \
             of mooncake-trace-export; give file:PATH as the endpoint, or an exporter of your own"
        )))
    }
}
