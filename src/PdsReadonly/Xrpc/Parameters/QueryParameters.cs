using Atproto.Syntax;

namespace PdsReadonly.Xrpc.Parameters;

/// <summary>
/// Binds a query to declared parameters, in two steps as the reference does: a walk over the pairs
/// in the order of the URL, which refuses a malformed integer or boolean at once; then the declared
/// parameters in the lexicon's order. Only the first failure is kept; what is bound after it is
/// empty.
/// </summary>
/// <remarks>
/// Driven by generated code. Bound values point into the request or into the scratch, so they live
/// as long as the call. Nothing is allocated unless a value is refused.
/// </remarks>
internal ref struct QueryParameters
{
    /// <summary>
    /// The largest integer of the data model, 2^53−1; the smallest is its negative.
    /// </summary>
    internal const long IntegerMax = (1L << 53) - 1;

    private readonly ReadOnlySpan<byte> _query;
    private readonly Span<byte> _listScratch;
    private QueryReader _reader;
    private string? _issue;

    internal QueryParameters(ReadOnlySpan<byte> query, RequestScratch scratch)
    {
        _query = query;
        Span<byte> room = default;
        if (!UrlEncoded.IsPlain(query))
        {
            // Half for the walk, whose values stay, half for lists, which decode again item by
            // item.
            int half = query.Length * UrlEncoded.ScratchPerByte;
            room = scratch.Reserve(half * 2);
            _listScratch = room[half..];
            room = room[..half];
        }

        _reader = new QueryReader(query, room, keeps: true);
    }

    internal readonly bool Failed => _issue is not null;

    /// <summary>Moves to the next pair; false at the end and after a failure.</summary>
    internal bool Read() => _issue is null && _reader.Read();

    /// <summary>Whether the pair has that name; case matters.</summary>
    internal readonly bool Is(ReadOnlySpan<byte> name) => _reader.Name.SequenceEqual(name);

    /// <summary>Notes the pair's value.</summary>
    internal readonly void Take(ref GivenValues values) => values.Add(_reader.Value);

    /// <summary>
    /// Notes the pair's value, or fails unless it is an optional minus and ASCII digits.
    /// </summary>
    internal void TakeInteger(ref GivenValues values)
    {
        if (IntegerText.IsInteger(_reader.Value)) values.Add(_reader.Value);
        else Fail(ParameterIssue.NotInteger(_reader.Value));
    }

    /// <summary>
    /// Notes the pair's value, or fails unless it is <c>true</c> or <c>false</c>.
    /// </summary>
    internal void TakeBoolean(ref GivenValues values)
    {
        if (_reader.Value.SequenceEqual("true"u8) || _reader.Value.SequenceEqual("false"u8))
        {
            values.Add(_reader.Value);
        }
        else
        {
            Fail(ParameterIssue.NotBoolean(_reader.Value));
        }
    }

    /// <summary>The checked value of a parameter, empty when it is optional and absent.</summary>
    /// <param name="values">What the walk found.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="format">How a refusal calls the format.</param>
    /// <param name="required">Whether absence is a failure.</param>
    internal Utf8<T> Checked<T>(
        scoped in GivenValues values, string name, string format, bool required)
        where T : ISyntax<T>
    {
        var text = Text(values, name, required);
        if (text.IsEmpty) return default;
        if (Utf8<T>.TryParse(text, out var value)) return value;
        Fail(ParameterIssue.WrongFormat(format, text));
        return default;
    }

    /// <summary>
    /// The value of a parameter of any text, empty when it is optional and absent.
    /// </summary>
    internal ReadOnlySpan<byte> Text(scoped in GivenValues values, string name, bool required)
    {
        if (!IsPresent(values, name, required)) return default;
        if (values.Count == 1) return values.First;
        Fail(ParameterIssue.RepeatedText(values));
        return default;
    }

    /// <summary>The value of an integer parameter, null when it is optional and absent.</summary>
    internal long? Integer(
        scoped in GivenValues values, string name, bool required, long minimum, long maximum)
    {
        if (!IsPresent(values, name, required)) return null;
        if (values.Count > 1)
        {
            Fail(ParameterIssue.RepeatedInteger(values));
        }
        else if (!IntegerText.TryRead(values.First, out long value))
        {
            Fail(ParameterIssue.IntegerBeyondModel(values.First));
        }
        else if (value < minimum)
        {
            Fail(ParameterIssue.TooSmall(minimum, value));
        }
        else if (value > maximum)
        {
            Fail(ParameterIssue.TooBig(maximum, value));
        }
        else
        {
            return value;
        }

        return null;
    }

    /// <summary>The value of a boolean parameter, null when it is optional and absent.</summary>
    internal bool? Boolean(scoped in GivenValues values, string name, bool required)
    {
        if (!IsPresent(values, name, required)) return null;
        if (values.Count == 1) return values.First.SequenceEqual("true"u8);
        Fail(ParameterIssue.RepeatedBoolean(values));
        return null;
    }

    /// <summary>
    /// The checked items of a repeated parameter, none when it is optional and absent.
    /// </summary>
    /// <param name="values">What the walk found.</param>
    /// <param name="utf8Name">The parameter's name, a literal: the list keeps it.</param>
    /// <param name="name">The same as text.</param>
    /// <param name="format">How a refusal calls an item's format.</param>
    /// <param name="required">Whether absence is a failure.</param>
    internal Utf8List<T> List<T>(
        scoped in GivenValues values,
        ReadOnlySpan<byte> utf8Name,
        string name,
        string format,
        bool required)
        where T : ISyntax<T>
    {
        if (!IsPresent(values, name, required)) return default;
        var list = new Utf8List<T>(_query, utf8Name, _listScratch, values.Count);
        var items = list.GetEnumerator();
        while (items.MoveNext())
        {
        }

        if (!items.Failed) return list;
        Fail(ParameterIssue.WrongFormat(format, items.Text));
        return default;
    }

    /// <summary>The refusal of a failed binding.</summary>
    internal readonly XrpcError Refusal(string nsid) =>
        XrpcError.Invalid($"Invalid {nsid} params: {_issue}");

    private bool IsPresent(scoped in GivenValues values, string name, bool required)
    {
        if (_issue is not null) return false;
        if (values.Count > 0) return true;
        if (required) Fail(ParameterIssue.Missing(name));
        return false;
    }

    private void Fail(string issue) => _issue ??= issue;
}
