//! https: the certificate must be of the name that was asked for, and there is no way down.

use std::sync::Arc;

use ampere_adapters::egress::{Egress, EgressError, Network};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Reply, World, converse, page, quick, redirect};

/// For secure.example, signed by its own key, good for a hundred years from 2026.
const CERTIFICATE: &str = "\
    3082019c30820141a00302010202142f1e8d8fa2537671d5f74ea137de1120b6d616b3300a06082a8648ce3d0403\
    0230163114301206035504030c0b416d7065726520746573743020170d3236313132323135343833385a180f3231\
    3236313032393135343833385a30163114301206035504030c0b416d7065726520746573743059301306072a8648\
    ce3d020106082a8648ce3d03010703420004484b0028668c6a4077ab4f3feb572ab149445e7083dce4dc12d8b77a\
    342b265414da05f605a4396bd76f7ca2caab5d26bb53df58243292c4482a349d5514ea6ca36b3069301d0603551d\
    0e04160414851f7858cada113b3cb48fb8d2000990ed35da1a301f0603551d23041830168014851f7858cada113b\
    3cb48fb8d2000990ed35da1a30190603551d1104123010820e7365637572652e6578616d706c65300c0603551d13\
    0101ff04023000300a06082a8648ce3d0403020349003046022100d6a233ddc64f63508a2f6ea45b651510719edc\
    4fccd16490ccf675edd83331d1022100cba04298e4bb66ece7c8b2a88ed1fb6ca4e3b37a5e2862272ada07bf16a9\
    d5de";

/// The key of it. It protects nothing.
const KEY: &str = "\
    308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b02010104209d0b3a94acaa0d98aa88\
    685658b24c27b14bc62a39cccc7407a5aa422361895aa14403420004484b0028668c6a4077ab4f3feb572ab14944\
    5e7083dce4dc12d8b77a342b265414da05f605a4396bd76f7ca2caab5d26bb53df58243292c4482a349d5514ea6c";

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn trusting() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(bytes(CERTIFICATE))).unwrap();
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A server with that certificate, under two names of which it is good for one.
async fn serve(world: &World, reply: Reply) -> JoinSet<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for name in ["secure.example", "other.example"] {
        world.name(name, &[&["93.184.216.34"]]);
    }
    world.route("93.184.216.34:443", listener.local_addr().unwrap());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(bytes(CERTIFICATE))],
            PrivatePkcs8KeyDer::from(bytes(KEY)).into(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                converse(stream, reply.clone(), Arc::default()).await;
            }
        }
    });
    tasks
}

fn egress(world: &Arc<World>) -> Egress {
    Egress::over(quick(), Arc::clone(world) as Arc<dyn Network>, Some(trusting()))
}

#[tokio::test]
async fn a_page_comes_over_https_from_the_checked_address_under_its_own_name() {
    let world = World::new();
    let _server = serve(&world, page("safe")).await;
    let fetched = egress(&world).fetch("https://secure.example/").await.unwrap();
    assert_eq!(
        (&fetched.bytes[..], fetched.final_url.as_str()),
        (&b"safe"[..], "https://secure.example/")
    );
    assert_eq!(world.connected(), ["93.184.216.34:443"]);
    assert_eq!(
        egress(&world).fetch("https://secure.example./").await.unwrap_err().to_string(),
        "the page could not be reached: its name is not known"
    );
}

#[tokio::test]
async fn a_certificate_of_another_name_or_of_nobody_is_not_taken() {
    let world = World::new();
    let _server = serve(&world, page("safe?")).await;
    let unsafe_one = EgressError::NotReached { detail: "there is no secure connection" };
    let other = egress(&world).fetch("https://other.example/").await;
    assert_eq!(other, Err(unsafe_one.clone()));
    // What this computer trusts does not know the signer either.
    let system = Egress::new(quick());
    assert_eq!(system.fetch("https://127.0.0.1/").await, Err(EgressError::AddressRefused));
    let nobody = world.egress(quick()).fetch("https://secure.example/").await.unwrap_err();
    assert_eq!(nobody, EgressError::NotReached { detail: "no certificates are trusted here" });
}

#[tokio::test]
async fn a_secure_page_may_not_lead_to_an_insecure_one() {
    let world = World::new();
    let _server = serve(&world, redirect("http://plain.example/")).await;
    let plain = world.site("plain.example", "1.2.3.4", page("read by all")).await;
    let error = egress(&world).fetch("https://secure.example/").await.unwrap_err();
    assert_eq!(error, EgressError::Downgrade);
    assert!(plain.requests().is_empty());
    assert_eq!(egress(&world).fetch("http://plain.example/").await.unwrap().bytes, "read by all");
}
