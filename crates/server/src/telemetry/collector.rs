//! The way to a collector: HTTP without TLS, one request at a time, from the exporters' own threads.

use std::net::ToSocketAddrs as _;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// Bytes of a collector's answer that are read.
const ANSWER_LEN_MAX: usize = 64 << 10;

/// How long an export may take.
const EXPORT_TIME_MAX: Duration = Duration::from_secs(10);

/// Sends requests over connections of their own.
#[derive(Debug)]
pub(super) struct Client {
    /// Exporters call from threads that have no runtime.
    runtime: Runtime,
}

impl Client {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()? })
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        self.runtime.block_on(async {
            let limited = tokio::time::timeout(EXPORT_TIME_MAX, send(request)).await;
            limited.map_err(|_| "the collector does not answer in time")?
        })
    }
}

async fn send(mut request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (host, port) = authority(request.uri())?;
    let address = (host.as_str(), port).to_socket_addrs()?.next().ok_or("the collector's name has no address")?;
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).parse::<Uri>()?;
    *request.uri_mut() = path;
    request.headers_mut().insert(http::header::HOST, format!("{host}:{port}").parse()?);
    let response = sender.send_request(request.map(Full::new)).await?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_LEN_MAX).collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(parts, body))
}

/// Host and port of a collector that can be reached without TLS.
pub(super) fn authority(uri: &Uri) -> Result<(String, u16), &'static str> {
    if uri.scheme_str() != Some("http") {
        return Err("a collector is reached over http here; run one beside the server and let it speak TLS");
    }
    let host = uri.host().ok_or("the collector's address has no host")?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((host.to_owned(), uri.port_u16().unwrap_or(80)))
}
