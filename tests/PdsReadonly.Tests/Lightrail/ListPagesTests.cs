using System.Text;
using PdsReadonly.Index;
using PdsReadonly.Lightrail;
using PdsReadonly.Upstream;

namespace PdsReadonly.Tests.Lightrail;

/// <summary>Lists and statuses as hosts tell them, who may say anything.</summary>
public sealed class ListPagesTests
{
    private const string Did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Rev = "3kztqzzzzzz22";
    private const string Head = "bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    public static TheoryData<string> NoPages =>
    [
        "", "null", "5", "[]", "{}", "\"repos\"", "{\"repos\":5,\"hosts\":5}",
        "{\"repos\":{},\"hosts\":{}}", "{\"repos\":null,\"hosts\":null}",
        "{\"repos\":[],\"hosts\":[]", "{\"repos\":[],\"hosts\":[],\"cursor\":5}",
        "{\"repos\":[5],\"hosts\":[5]}", "<!doctype html>", "\ud83d\ude00",
        $"{{\"repos\":[],\"hosts\":[],\"cursor\":\"{new string('c', 1025)}\"}}",
        "{\"repos\":[],\"hosts\":[],\"cursor\":\"\\ud800\"}",
        new string('[', 1000),
    ];

    [Test]
    [MethodDataSource(nameof(NoPages))]
    public void Read_NoPage_IsNone(string json)
    {
        Assert.Null(ListReposPage.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Null(ListHostsPage.Read(Encoding.UTF8.GetBytes(json)));
        Assert.Null(RepoStatusAnswer.Read(Given(Encoding.UTF8.GetBytes(json)))?.Status);
    }

    [Test]
    public void Read_NoUtf8_IsNone()
    {
        byte[] json = [.. "{\"repos\":[],\"hosts\":[],\"cursor\":\""u8, 0xff, 0xfe, .. "\"}"u8];
        Assert.Null(ListReposPage.Read(json));
        Assert.Null(ListHostsPage.Read(json));
        byte[] status = [.. "{\"active\":false,\"status\":\""u8, 0xff, .. "\"}"u8];
        Assert.Null(RepoStatusAnswer.Read(Given(status)));
    }

    [Test]
    public void ReadRepos_WhatCannotBeUnderstood_IsLeftOutAlone()
    {
        string[] repos =
        [
            "null", "{}", Repo("did:nothing", Rev, Head), Repo(Did, "3k", Head),
            Repo(Did, Rev, "bafy"), Repo(Did, Rev, ""), Repo("", Rev, Head),
            $"{{\"did\":\"{Did}\",\"rev\":\"{Rev}\"}}", Repo(Did, Rev, Head),
        ];
        var page = Read(repos);
        Assert.Equal(Did, Assert.Single(page.Repos).Did.ToString());
        Assert.Equal(Rev, page.Repos[0].Rev.ToString());
        Assert.Equal(Head, page.Repos[0].Head.ToString());
        Assert.Null(page.Cursor);
    }

    [Test]
    [Arguments("", AccountStatus.Active)]
    [Arguments(",\"active\":true", AccountStatus.Active)]
    [Arguments(",\"active\":true,\"status\":\"takendown\"", AccountStatus.Active)]
    [Arguments(",\"active\":false,\"status\":\"takendown\"", AccountStatus.Takendown)]
    [Arguments(",\"active\":false,\"status\":\"deleted\"", AccountStatus.Deleted)]
    [Arguments(",\"active\":false,\"status\":\"on holiday\"", AccountStatus.Inactive)]
    [Arguments(",\"active\":false", AccountStatus.Inactive)]
    [Arguments(",\"active\":null,\"status\":null,\"more\":{}", AccountStatus.Active)]
    internal void ReadRepos_Status_IsWhatBothFieldsSay(string more, AccountStatus status) =>
        Assert.Equal(status, Assert.Single(Read(Repo(Did, Rev, Head, more)).Repos).Status);

    [Test]
    [Arguments("\"\"", null)]
    [Arguments("null", null)]
    [Arguments("\"a&b=\\u0000\"", "a&b=\0")]
    public void Read_Cursor_IsAsItIs(string cursor, string? expected)
    {
        byte[] json = Encoding.UTF8.GetBytes($"{{\"repos\":[],\"hosts\":[],\"cursor\":{cursor}}}");
        Assert.Equal(expected, ListReposPage.Read(json)!.Cursor);
        Assert.Equal(expected, ListHostsPage.Read(json)!.Cursor);
    }

    [Test]
    public void ReadHosts_NamelessAndBannedOnes_AreLeftOut()
    {
        var page = ListHostsPage.Read(
            """
            {"hosts":[null,{},{"hostname":""},{"hostname":"a.example","status":"banned"},
             {"hostname":"b.example","status":"offline"},{"hostname":"c.example"}]}
            """u8);
        Assert.Equal(["b.example", "c.example"], page!.Hosts);
    }

    [Test]
    [Arguments("{\"active\":true}", AccountStatus.Active)]
    [Arguments("{\"active\":false,\"status\":\"deactivated\"}", AccountStatus.Deactivated)]
    [Arguments("{\"active\":false}", AccountStatus.Inactive)]
    [Arguments("{\"status\":\"deactivated\"}", null)]
    [Arguments("{\"active\":\"no\"}", null)]
    internal void ReadStatus_OfAnAnswer(string json, AccountStatus? expected) =>
        Assert.Equal(
            expected, RepoStatusAnswer.Read(Given(Encoding.UTF8.GetBytes(json)))?.Status);

    [Test]
    [Arguments("RepoNotFound", AccountStatus.Inactive)]
    [Arguments("InvalidRequest", null)]
    [Arguments(null, null)]
    internal void ReadStatus_OfARefusal(string? error, AccountStatus? expected) => Assert.Equal(
        expected,
        RepoStatusAnswer.Read(
            new XrpcAnswer(XrpcStatus.Denied) { Code = 400, Error = error })?.Status);

    private static XrpcAnswer Given(byte[] json) =>
        new(XrpcStatus.Given) { Body = json, Code = 200 };

    private static ListReposPage Read(params string[] repos) => ListReposPage.Read(
        Encoding.UTF8.GetBytes($"{{\"repos\":[{string.Join(',', repos)}]}}"))!;

    private static string Repo(string did, string rev, string head, string more = "") =>
        $"{{\"did\":\"{did}\",\"rev\":\"{rev}\",\"head\":\"{head}\"{more}}}";
}
