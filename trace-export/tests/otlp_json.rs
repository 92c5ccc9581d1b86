//! OTLP/JSON lines in and out, seen from outside.

use mooncake_trace_export::model::{AnyValue, StatusCode};
use mooncake_trace_export::otlp::{ReadError, ReadReport, read_json_lines, write_json_line};

const SAMPLE: &str = include_str!("data/otlp_sample.jsonl");

fn read(text: &str) -> ReadReport {
    read_json_lines(text.as_bytes()).unwrap()
}

fn write(report: &ReadReport) -> String {
    let mut out = Vec::new();
    write_json_line(&mut out, &report.resource_spans).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_recorded_file_comes_back_byte_for_byte() {
    for line in SAMPLE.lines() {
        assert_eq!(write(&read(line)).trim_end(), line);
    }
    assert_eq!(read(SAMPLE).span_count(), 1520);
    assert_eq!(read(SAMPLE).requests, 7);
}

#[test]
fn every_kind_of_value_survives() {
    let line = concat!(
        r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{}}],"droppedAttributesCount":1},"#,
        r#""scopeSpans":[{"scope":{"name":"s","version":"1","attributes":[{"key":"b","value":{"boolValue":true}}],"droppedAttributesCount":2},"#,
        r#""spans":[{"traceId":"0000000000000000000000000000000a","spanId":"000000000000000b","traceState":"x=y","parentSpanId":"","flags":769,"#,
        r#""name":"\"\\\n\u0001é","kind":5,"startTimeUnixNano":"18446744073709551615","endTimeUnixNano":"0","attributes":["#,
        r#"{"key":"min","value":{"intValue":"-9223372036854775808"}},{"key":"tiny","value":{"doubleValue":5e-324}},"#,
        r#"{"key":"third","value":{"doubleValue":0.1}},{"key":"nan","value":{"doubleValue":"NaN"}},"#,
        r#"{"key":"inf","value":{"doubleValue":"-Infinity"}},{"key":"bytes","value":{"bytesValue":"AP8="}},"#,
        r#"{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":""}]}}},{"key":"none","value":{"arrayValue":{}}},"#,
        r#"{"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.0}}]}}}],"droppedAttributesCount":3,"#,
        r#""events":[{"timeUnixNano":"7","name":"e","droppedAttributesCount":4}],"droppedEventsCount":5,"#,
        r#""links":[{"traceId":"0000000000000000000000000000000c","spanId":"000000000000000d","traceState":"p=q","attributes":[{"key":"l","value":{"intValue":"1"}}],"droppedAttributesCount":6,"flags":768}],"droppedLinksCount":7,"#,
        r#""status":{"message":"broken","code":2}}],"schemaUrl":"u"}],"schemaUrl":"v"}]}"#,
        "\n"
    );
    let report = read(line);
    let first = write(&report);
    assert_eq!(first, line);
}

#[test]
fn other_writers_are_understood() {
    let report = read(
        r#"

        {"resource_spans":[{"scope_spans":[{"spans":[{
            "trace_id":"AAAAAAAAAAAAAAAAAAAACg==","span_id":"AAAAAAAAAAs=","parentSpanId":null,"unknown":{"x":[1]},
            "name":null,"kind":"SPAN_KIND_SERVER","startTimeUnixNano":1764000000000000001,"end_time_unix_nano":" 1764000000000000002 ",
            "attributes":[{"key":"i","value":{"intValue":9007199254740993}},{"key":"d","value":{"doubleValue":3}},
                          {"key":"s","value":{"string_value":"t"}},{"key":"nothing"},{"key":"null","value":null}],
            "events":null,"status":{"code":"STATUS_CODE_ERROR"}}]}]}]}
        {"resourceMetrics":[]}
        {"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"old"},"spans":[{"spanId":"00000000000000AB"}]}]}]}
        {}
        "#,
    );
    assert_eq!((report.requests, report.other_signals), (4, 1));
    let span = &report.resource_spans[0].scopes[0].spans[0];
    assert_eq!(
        (span.trace_id, span.span_id, span.parent_span_id),
        (10, 11, None)
    );
    assert_eq!((span.kind, span.status.code), (2, StatusCode::Error));
    assert_eq!(
        (span.start_ns, span.end_ns),
        (1_764_000_000_000_000_001, 1_764_000_000_000_000_002)
    );
    let values: Vec<_> = span.attributes.iter().map(|a| a.value.clone()).collect();
    let expected = [
        AnyValue::Int(9_007_199_254_740_993),
        AnyValue::Double(3.0),
        "t".into(),
        AnyValue::Empty,
        AnyValue::Empty,
    ];
    assert_eq!(values, expected);
    let old = &report.resource_spans[1].scopes[0];
    assert_eq!(
        (old.scope.name.as_str(), old.spans[0].span_id),
        ("old", 0xab)
    );
}

fn error(text: &str) -> (usize, usize, String) {
    match read_json_lines(text.as_bytes()).unwrap_err() {
        ReadError::Syntax {
            line,
            column,
            message,
            advice,
        } => (line, column, format!("{message}; {advice}")),
        ReadError::Io(e) => panic!("{e}"),
    }
}

#[test]
fn errors_say_where_what_and_what_to_do() {
    let good = r#"{"resourceSpans":[]}"#;
    let (line, column, text) = error(&format!(
        "{good}\n\n{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"startTimeUnixNano\":\"soon\"}}]}}]}}]}}\n"
    ));
    assert_eq!(line, 3);
    assert!(column > 60, "{column}");
    assert!(
        text.contains("\"soon\", expected a whole number of 64 bits"),
        "{text}"
    );

    let (line, _, text) = error(&format!("{good}\n{{\"resourceSpans\":[{{\"scopeSpans\":["));
    assert_eq!(line, 2);
    assert!(text.contains("cut off"), "{text}");

    let (line, column, text) = error(&format!("{good}\n {{\"data\":[]}}\n"));
    assert_eq!((line, column), (2, 2));
    assert!(text.contains("\"resourceSpans\""), "{text}");

    let (line, _, text) = error("hello\n");
    assert_eq!(line, 1);
    assert!(text.contains("ExportTraceServiceRequest"), "{text}");

    let (_, _, text) =
        error(r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}"#);
    assert!(text.contains("an id of 32 hex digits"), "{text}");
}
